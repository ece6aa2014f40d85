export { connectRedis } from './connect-redis.js';
export { RedisConnection, type Script } from './redis-connection.js';
