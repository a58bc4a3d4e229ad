<?php
// finds below
$a = md5($password);
// finds below
$a = md5($pass);
// finds below
$a = md5($pass_new);
$a = md5($bypass . $passed . $passport);
$b = password_hash($password, PASSWORD_DEFAULT);
$c = md5($content);
