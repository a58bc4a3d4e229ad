// finds below
exec("ls " + folder);
// finds below
child_process.execSync(`rm -r ${folder}`);
exec("ls -l");
pattern.exec(text);
execFile("ls", [folder]);
// finds below
require("child_process").exec("ping " + host);
