<?php
// finds below
exec("ls " . $folder);
// finds below
shell_exec("ls $folder");
// finds below
`ls $folder`;
exec("ls " . escapeshellarg($folder));
exec("ls -l");
