<?php
// finds below
$a = md5($password);
$b = password_hash($password, PASSWORD_DEFAULT);
$c = md5($content);
