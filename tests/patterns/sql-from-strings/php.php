<?php
// finds below
mysqli_query($db, "SELECT * FROM users WHERE id = $id");
// finds below
$pdo->query("SELECT * FROM users WHERE name = '" . $name . "'");
// finds below
DB::statement("DELETE FROM users WHERE id = $id");
$pdo->prepare("SELECT * FROM users WHERE id = ?");
$dom->query("//select[@name='$name']");
// finds below
$q = "SELECT * FROM users WHERE name = '$name'";
// finds below
$q = "SELECT * FROM users WHERE id = " . $id;
$pdo->query("SELECT * FROM $table");
// finds below
$sql .= " AND name = '" . $name . "'";
$sql .= " AND shown";
function escaped($db) {
    $name = mysqli_real_escape_string($db, $name);
    // finds below
    $q = "SELECT * FROM users WHERE name = '$name'";
}
