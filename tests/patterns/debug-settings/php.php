<?php
// path: config/app.php
return [
  // finds below
  'debug' => true,
  'name' => true,
];
