export { openRedisConnections, type RedisConnections } from './redis-connections.js';
