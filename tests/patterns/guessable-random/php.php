<?php
// finds below
$token = md5(uniqid());
$token = bin2hex(random_bytes(20));
$dice = mt_rand(1, 6);
