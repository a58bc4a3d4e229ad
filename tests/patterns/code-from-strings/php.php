<?php
// finds below
eval($text);
// finds below
create_function('$a', $body) and create_function($a, $body);
$redis->eval($script);
