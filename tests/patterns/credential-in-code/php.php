<?php
// finds below
$password = "9f8e7d6c5b";
// finds below
define("DB_PASSWORD", "9f8e7d6c5b");
$password = getenv("PASSWORD");
