import { openKafka } from '../../testing/kafka-fixture.js';
import { deadLettersContract } from '../dead-letters.contract.js';

deadLettersContract('KafkaEventSource', openKafka);
