import { type DynamicModule, Module } from '@nestjs/common';
import { AuthModule, authProblems, authTables } from '#auth/module';
import { codesTables } from '#codes/module';
import { CustomersModule, customersProblems, customersTables } from '#customers/module';
import { EventDocsModule, inboxTables, MessagingModule, outboxTables } from '#messaging/module';
import { NotificationsModule, notificationsProblems } from '#notifications/module';
import { auditTables, type Foundations, PlatformModule } from '#platform/module';
import { RegistrationModule, registrationProblems, registrationTables } from '#registration/module';
import { EVENTS, HEARD } from './events.js';

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
const PROBLEMS = [...notificationsProblems, ...authProblems, ...customersProblems, ...registrationProblems];

/** The rooms of the house. */
@Module({})
export class AppModule {
  static on(foundations: Foundations): DynamicModule {
    return {
      module: AppModule,
      imports: [
        PlatformModule.on(foundations, PROBLEMS),
        MessagingModule,
        EventDocsModule.forEvents(EVENTS, HEARD),
        NotificationsModule.on(foundations.settings),
        AuthModule,
        CustomersModule,
        RegistrationModule,
      ],
    };
  }
}
