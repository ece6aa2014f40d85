import { createHmac } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type Cpf, type Identifier, IdentifierHasher } from '#kernel';
import { Secrets } from '../config/secrets.js';

@Injectable()
export class HmacIdentifierHasher extends IdentifierHasher {
  constructor(private readonly secrets: Secrets) {
    super();
  }

  hash(identifier: Identifier | Cpf): string {
    return hmac(this.secrets.identifier[0].secret, identifier.key);
  }

  candidates(identifier: Identifier | Cpf): readonly string[] {
    return this.secrets.identifier.map(({ secret }) => hmac(secret, identifier.key));
  }
}

const hmac = (secret: string, key: string): string => createHmac('sha256', secret).update(key).digest('hex');
