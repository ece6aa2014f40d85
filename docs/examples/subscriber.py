#!/usr/bin/env python3
"""Hears the events of Foyer: a durable queue of its own, each event handled once. Needs pika 1.2 or newer.

    RABBITMQ_URL=amqp://foyer:foyer@127.0.0.1:5672 QUEUE=crm.customers python3 subscriber.py 'customer.#'
"""

import json
import os
import random
import signal
import sqlite3
import sys
import time

import pika

URL = os.environ.get("RABBITMQ_URL", "amqp://guest:guest@127.0.0.1:5672")
QUEUE = os.environ.get("QUEUE", "crm.customers")
PATTERNS = sys.argv[1:] or ["customer.#"]
QUORUM = {"x-queue-type": "quorum"}
LONGEST_PAUSE = 30

# Stands for your own database: what you have seen belongs into the transaction of what you do.
database = sqlite3.connect(os.environ.get("DATABASE", "seen.db"), isolation_level=None)
database.execute("create table if not exists inbox (event_id text primary key, received_at text not null)")


def handle(event):
    """What you do with an event. It is called once for each, and what it wrote is undone if it fails."""
    print(event["type"], event["subject"], event["sequence"], json.dumps(event["data"]), flush=True)


def on_message(channel, method, properties, body):
    try:
        event = json.loads(body)
        event_id, _ = event["id"], event["type"]
    except (ValueError, KeyError, TypeError):
        channel.basic_nack(method.delivery_tag, requeue=False)  # to the dead letters
        return
    database.execute("begin")
    try:
        new = database.execute(
            "insert into inbox values (?, datetime('now')) on conflict do nothing", [event_id]
        ).rowcount
        if new:
            handle(event)
        database.execute("commit")
    except Exception as error:
        database.execute("rollback")
        print(f"{event_id} failed: {error}", file=sys.stderr, flush=True)
        channel.basic_nack(method.delivery_tag, requeue=True)  # five times, then to the dead letters
        return
    channel.basic_ack(method.delivery_tag)  # after the commit, never before


def listen(parameters):
    """One connection, until it is lost. The exchange is there as soon as Foyer has run against this broker."""
    connection = pika.BlockingConnection(parameters)
    channel = connection.channel()
    channel.basic_qos(prefetch_count=20)
    channel.queue_declare(f"{QUEUE}.dead", durable=True, arguments=QUORUM)
    dead = {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": f"{QUEUE}.dead"}
    channel.queue_declare(QUEUE, durable=True, arguments={**QUORUM, "x-delivery-limit": 5, **dead})
    for pattern in PATTERNS:
        channel.queue_bind(QUEUE, "foyer.events", pattern)
    channel.basic_consume(QUEUE, on_message)
    print(f"listening for {', '.join(PATTERNS)} (queue {QUEUE})", file=sys.stderr, flush=True)

    def stop(*_):
        connection.add_callback_threadsafe(channel.stop_consuming)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    try:
        channel.start_consuming()
    finally:
        if connection.is_open:
            connection.close()


def main():
    parameters = pika.URLParameters(URL)
    parameters.heartbeat = 10
    parameters.socket_timeout = parameters.stack_timeout = parameters.blocked_connection_timeout = 10
    failures = 0
    while True:
        begun = time.monotonic()
        try:
            return listen(parameters)
        except pika.exceptions.AMQPError as error:
            failures = 0 if time.monotonic() - begun > 60 else failures + 1
            pause = random.uniform(0, min(LONGEST_PAUSE, 0.25 * 2**failures))  # full jitter
            print(f"not connected: {error!r}; trying again in {pause:.1f} s", file=sys.stderr, flush=True)
            time.sleep(pause)


main()
