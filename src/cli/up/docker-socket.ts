export const DEFAULT_SOCKET = '/var/run/docker.sock';
