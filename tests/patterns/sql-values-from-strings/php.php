<?php
// finds below
mysqli_query($db, "SELECT * FROM users WHERE id = '$id'");
// finds below
$pdo->query("SELECT * FROM users WHERE name = '" . $name . "'");
// finds below
DB::statement("DELETE FROM users WHERE id = '$id'");
$pdo->prepare("SELECT * FROM users WHERE id = ?");
$dom->query("//select[@name='$name']");
$pdo->query("SELECT * FROM $table");
// finds below
$q = "SELECT * FROM users WHERE name = '$name'";
// finds below
$q = "SELECT * FROM users WHERE name = '" . $name . "'";
$q = "SELECT * FROM users WHERE name = '" . mysqli_real_escape_string($db, $name) . "'";
$q = 'SELECT * FROM users WHERE id=' . db_input($id);
$q = "SELECT * FROM users WHERE id = " . $id;
// finds below
$sql .= " AND name = '" . $name . "'";
$sql .= " AND shown";
function escaped($db) {
    $name = $_GET['name'];
    $name = mysqli_real_escape_string($db, $name);
    $pass = md5($_GET['pass']);
    $q = "SELECT * FROM users WHERE name = '$name' AND password = '$pass'";
}
function not_all($db) {
    $pass = md5($_GET['pass']);
    $name = $_GET['name'];
    // finds below
    $q = "SELECT * FROM users WHERE name = '$name' AND password = '$pass'";
}
function escaped_too_early($db) {
    $name = mysqli_real_escape_string($db, $name);
    $name = stripslashes($name);
    // finds below
    $q = "SELECT * FROM users WHERE name = '$name'";
}
function checked($id) {
    if (is_numeric($id)) { $q = "SELECT * FROM users WHERE id = '$id'"; }
}
