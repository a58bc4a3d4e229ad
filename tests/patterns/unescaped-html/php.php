<?php
// finds below
echo "Hello " . $_GET["name"];
echo htmlspecialchars($_GET["name"]);
echo $name;
