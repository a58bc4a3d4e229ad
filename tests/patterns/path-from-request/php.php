<?php
// finds below
include $_GET["page"];
// finds below
readfile("files/" . $_GET["name"]);
readfile("files/" . basename($_GET["name"]));
include "page.php";
