<?php
// finds below
md5($data);
// finds below
openssl_encrypt($data, "des-ede3-cbc", $key);
hash("sha256", $data);
