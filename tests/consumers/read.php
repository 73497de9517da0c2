<?php
// As read.js does it: each file is required as an application would require it.
$path = tempnam(sys_get_temp_dir(), 'secrets');
$answers = [];
foreach (json_decode(stream_get_contents(STDIN)) as $file) {
    file_put_contents($path, base64_decode($file, true));
    try {
        $answers[] = ['variables' => (object) (require $path)];
    } catch (Throwable $e) {
        $answers[] = ['error' => $e->getMessage()];
    }
}
unlink($path);
echo json_encode($answers, JSON_THROW_ON_ERROR | JSON_UNESCAPED_SLASHES);
