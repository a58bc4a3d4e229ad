<?php
// finds below
echo "<p>" . $_GET['name'] . "</p>";
// finds below
echo "<p>{$_REQUEST['name']}</p>";
// finds below
$html .= '<pre>Hello ' . $_GET[ 'name' ] . '</pre>';
echo "<p>" . htmlspecialchars($_GET['name']) . "</p>";
echo "<p>" . (int) $_GET['page'] . "</p>";
$html .= '<option' . ($_GET['a'] == 'b' ? ' selected' : '') . '>';
echo "id " . $_GET['id'];
$x = "<p>" . $name;
