/**
 * Passed on the command line at every start, so that the settings of a new release apply to existing data folders. fsync and
 * synchronous_commit keep their defaults: an acknowledged commit survives a crash.
 */
const SETTINGS: Readonly<Record<string, string | number>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',

  shared_buffers: '64MB',
  max_connections: 100,
  // Version 18 would start three I/O workers and a replication launcher, which small queries do not need.
  io_method: 'sync',
  max_logical_replication_workers: 0,
  max_wal_senders: 0,
  wal_level: 'minimal',
  max_parallel_workers_per_gather: 0,
  jit: 'off',
  huge_pages: 'off',
  max_wal_size: '256MB',

  // Error messages of failed statements quote their values, and a log must not contain personal data.
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_checkpoints: 'off',
};

export const serverArguments = (dataDir: string, port: number): string[] => [
  ...['-D', dataDir, '-p', String(port)],
  ...Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
];
