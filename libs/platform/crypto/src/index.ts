export { AesGcmSealer } from './aes-gcm-sealer.js';
export { HmacIdentifierHasher } from './hmac-identifier-hasher.js';
