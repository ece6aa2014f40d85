import { createHmac } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { IdentifierHasher, type Keyed } from '#kernel';
import { Secrets } from '#platform/config';

@Injectable()
export class HmacIdentifierHasher extends IdentifierHasher {
  constructor(private readonly secrets: Secrets) {
    super();
  }

  hash(identifier: Keyed): string {
    return hmac(this.secrets.identifier[0].secret, identifier.key);
  }

  candidates(identifier: Keyed): readonly string[] {
    return this.secrets.identifier.map(({ secret }) => hmac(secret, identifier.key));
  }
}

const hmac = (secret: string, key: string): string => createHmac('sha256', secret).update(key).digest('hex');
