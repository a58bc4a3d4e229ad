<?php
// finds below
unserialize($_COOKIE["s"]);
unserialize($_COOKIE["s"], ["allowed_classes" => false]);
