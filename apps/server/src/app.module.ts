import { type DynamicModule, Module } from '@nestjs/common';
import { AuthModule, authProblems, authTables } from '#auth/module';
import { codesTables } from '#codes/module';
import { CustomersModule, customersProblems, customersTables } from '#customers/module';
import { EventDocsModule, inboxTables, MessagingModule, outboxTables } from '#messaging/module';
import { NotificationsModule, notificationsProblems } from '#notifications/module';
import { auditTables, type Infrastructure, PlatformModule } from '#platform/module';
import { RegistrationModule, registrationProblems, registrationTables } from '#registration/module';
import { CONSUMED_EVENTS, PUBLISHED_EVENTS } from './events.js';

/** In the order of the house: who stands below is migrated first. */
export const TABLES = [
  auditTables,
  outboxTables,
  inboxTables,
  codesTables,
  authTables,
  customersTables,
  registrationTables,
];
const PROBLEM_TYPES = [...notificationsProblems, ...authProblems, ...customersProblems, ...registrationProblems];

/** The rooms of the house. */
@Module({})
export class AppModule {
  static forRoot(infrastructure: Infrastructure): DynamicModule {
    return {
      module: AppModule,
      imports: [
        PlatformModule.forRoot(infrastructure, PROBLEM_TYPES),
        MessagingModule,
        EventDocsModule.forEvents(PUBLISHED_EVENTS, CONSUMED_EVENTS),
        NotificationsModule.forRoot(infrastructure.settings),
        AuthModule,
        CustomersModule,
        RegistrationModule,
      ],
    };
  }
}
