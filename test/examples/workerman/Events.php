<?php
// Before: the events of a GatewayWorker application. rooms.module.ts is what becomes of it.

use GatewayWorker\Lib\Gateway;

class Events
{
    public static function onMessage($clientId, $message)
    {
        $frame = json_decode($message, true);
        switch ($frame['type']) {
            case 'login':
                Gateway::bindUid($clientId, $frame['uid']);
                $_SESSION['uid'] = $frame['uid'];
                break;
            case 'say':
                Gateway::sendToUid($frame['to'], json_encode([
                    'type' => 'said',
                    'from' => Gateway::getUidByClientId($clientId),
                    'text' => $frame['text'],
                ]));
                break;
            case 'join':
                Gateway::joinGroup($clientId, $frame['room']);
                break;
            case 'tell':
                Gateway::sendToGroup($frame['room'], json_encode([
                    'type' => 'told',
                    'from' => Gateway::getUidByClientId($clientId),
                    'text' => $frame['text'],
                ]), [$clientId]);
                break;
        }
    }

    public static function onClose($clientId)
    {
        Gateway::sendToAll(json_encode(['type' => 'left', 'uid' => $_SESSION['uid']]));
    }
}
