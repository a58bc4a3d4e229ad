<?php
// finds below
header("Location: " . $_GET["url"]);
header("Location: /a?b=" . $_GET["b"]);
header("Location: /");
