<?php
// finds below
curl_setopt($handle, CURLOPT_SSL_VERIFYPEER, false);
// finds below
$client = new Client(["verify" => false]);
curl_setopt($handle, CURLOPT_SSL_VERIFYPEER, true);
