<?php
// finds below
unserialize($data);
unserialize($data, ["allowed_classes" => false]);
json_decode($data);
