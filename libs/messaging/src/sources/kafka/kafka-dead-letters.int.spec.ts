import { kafkaUnderTest } from '../../testing/kafka-under-test.js';
import { deadLettersContract } from '../dead-letters.contract.js';

deadLettersContract('KafkaEventSource', kafkaUnderTest);
