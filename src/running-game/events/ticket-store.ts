import { type DynamoDBDocumentClient, GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { Key, queryAll, transact, type Write, writeMany } from '../../shared/dynamodb/items.ts';
import { queryPage } from '../../shared/dynamodb/query-page.ts';
import { IdempotencyKeyReused } from '../../shared/errors.ts';
import type { Creation } from '../../shared/http/creation.ts';
import { type Page, type PageRequest, type Position, positionOf } from '../../shared/http/cursor.ts';
import { eventKey } from './game-event-store.ts';
import { type ActiveTicket, type EndedTicket, Ticket, type TicketReference, type TicketStatus } from './ticket.ts';

/** Tickets, in the table `game-events` (`game-event-store.ts`). */
export interface TicketStore {
  /** What the same request has bought before. Throws IdempotencyKeyReused. */
  repeated(userId: string, creation: Creation): Promise<Ticket | undefined>;
  /** One of a user's, as it is this moment. */
  find(userId: string, id: string): Promise<Ticket | undefined>;
  /**
   * Stores a ticket that its event still has for this price, in one transaction with what pays for it. False where the event, the payment or
   * a rival was in the way, and nothing was written.
   */
  buy(ticket: ActiveTicket, payment: readonly Write[]): Promise<boolean>;
  /**
   * Stores an active ticket as what it is from now on, in one transaction with what that brings about. False where it is not active any more,
   * or a rival was in the way, and nothing was written.
   */
  end(ticket: EndedTicket, consequences: readonly Write[]): Promise<boolean>;
  /**
   * A user's with a status, as it is at `now`: active ones are those whose event is not over by its time, and they are sorted by its end, the
   * nearest first; all others the last one first. Consistent.
   */
  list(userId: string, status: TicketStatus, now: Date, page: PageRequest): Promise<Page<Ticket>>;
  /** All that were ever bought for an event. Consistent. */
  ofEvent(eventId: string, page: PageRequest): Promise<Page<TicketReference>>;
  /** Removes a user's tickets. */
  forgetUser(userId: string): Promise<void>;
}

const TICKET = 'ticket#';
const ticketsOf = (userId: string) => `user#${userId}`;
const ticketKey = (userId: string, id: string): Key => ({ pk: ticketsOf(userId), sk: `${TICKET}${id}` });
const soldKey = ({ event_id, id }: Pick<Ticket, 'event_id' | 'id'>): Key => ({
  pk: eventKey(event_id).pk,
  sk: `${TICKET}${id}`,
});
const Sold = Key.unwrap().extend({ user_id: z.string() });

const statusAt = ({ status, finishes_at, id }: Ticket) => `${status}#${finishes_at}#${id}`;

const rowOf = (ticket: Ticket) => ({
  ...ticketKey(ticket.user_id, ticket.id),
  ...ticket,
  status_at: statusAt(ticket),
});

/** Where in the index the last one of these is. */
function placeOf(tickets: readonly Ticket[]): Position | undefined {
  const last = tickets.at(-1);
  return last && { ...ticketKey(last.user_id, last.id), status_at: statusAt(last) };
}

/** A stretch of the index `by-status`. */
interface Stretch {
  readonly from: string;
  readonly to: string;
  readonly forward: boolean;
}

/** Sorts after every id, and before nothing that begins with another instant. */
const LAST = '~';

/** Where those of a status are; one that nobody has ended yet is expired from its event's finish on. */
function stretchesOf(status: TicketStatus, now: Date): Stretch[] {
  const over = `ACTIVE#${now.toISOString()}#${LAST}`;
  if (status === 'ACTIVE') return [{ from: over, to: `ACTIVE#${LAST}`, forward: true }];
  const ended = { from: `${status}#`, to: `${status}#${LAST}`, forward: false };
  return status === 'EXPIRED' ? [{ from: 'ACTIVE#', to: over, forward: false }, ended] : [ended];
}

export function ticketStore(client: DynamoDBDocumentClient, TableName: string): TicketStore {
  const find: TicketStore['find'] = async (userId, id) => {
    const { Item } = await client.send(new GetCommand({ TableName, Key: ticketKey(userId, id), ConsistentRead: true }));
    return Item && Ticket.parse(Item);
  };

  async function stretch(userId: string, { from, to, forward }: Stretch, Limit: number, after: Position | undefined) {
    const { Items = [], LastEvaluatedKey } = await client.send(
      new QueryCommand({
        TableName,
        IndexName: 'by-status',
        KeyConditionExpression: 'pk = :pk AND status_at BETWEEN :from AND :to',
        ExpressionAttributeValues: { ':pk': ticketsOf(userId), ':from': from, ':to': to },
        ConsistentRead: true,
        ScanIndexForward: forward,
        Limit,
        ExclusiveStartKey: after,
      }),
    );
    return { items: Items.map((item) => Ticket.parse(item)), next: positionOf(LastEvaluatedKey) };
  }

  return {
    find,

    async repeated(userId, { id, fingerprint }) {
      const existing = await find(userId, id);
      if (existing && existing.fingerprint !== fingerprint) throw new IdempotencyKeyReused();
      return existing;
    },

    buy: (ticket, payment) =>
      transact(client, [
        { Put: { TableName, Item: rowOf(ticket), ConditionExpression: 'attribute_not_exists(pk)' } },
        { Put: { TableName, Item: { ...soldKey(ticket), user_id: ticket.user_id } } },
        {
          Update: {
            TableName,
            Key: eventKey(ticket.event_id),
            UpdateExpression: 'ADD sold :one, revision :one',
            ConditionExpression:
              '#status = :scheduled AND price = :price AND finishes_at = :finishes_at AND (#capacity = :any OR sold < #capacity)',
            ExpressionAttributeNames: { '#status': 'status', '#capacity': 'capacity' },
            ExpressionAttributeValues: {
              ':one': 1,
              ':scheduled': 'SCHEDULED',
              ':price': ticket.price,
              ':finishes_at': ticket.finishes_at,
              ':any': null,
            },
          },
        },
        ...payment,
      ]),

    end: (ticket, consequences) =>
      transact(client, [
        {
          Put: {
            TableName,
            Item: rowOf(ticket),
            ConditionExpression: '#status = :active',
            ExpressionAttributeNames: { '#status': 'status' },
            ExpressionAttributeValues: { ':active': 'ACTIVE' },
          },
        },
        ...consequences,
      ]),

    async list(userId, status, now, { limit, after }) {
      const at = after === undefined ? '' : String(after.status_at);
      const all = stretchesOf(status, now);
      // A page may have ended at an active ticket whose event is over by now: what is left of its stretch begins later.
      const current = all.findIndex(({ from, to }) => at >= from && at <= to);
      const items: Ticket[] = [];
      for (const [n, each] of all.slice(Math.max(0, current)).entries()) {
        if (items.length === limit) return { items, next: placeOf(items) };
        const page = await stretch(userId, each, limit - items.length, current >= 0 && n === 0 ? after : undefined);
        items.push(...page.items);
        if (page.next !== undefined) return { items, next: page.next };
      }
      return { items, next: undefined };
    },

    async ofEvent(eventId, page) {
      const { items, next } = await queryPage(
        client,
        Sold,
        {
          TableName,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :ticket)',
          ExpressionAttributeValues: { ':pk': eventKey(eventId).pk, ':ticket': TICKET },
          ConsistentRead: true,
        },
        page,
      );
      const references = items.map(({ sk, user_id }) => ({ id: sk.slice(TICKET.length), user_id, event_id: eventId }));
      return { items: references, next };
    },

    async forgetUser(userId) {
      const remove: Key[] = [];
      const items = queryAll(client, {
        TableName,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': ticketsOf(userId) },
        ConsistentRead: true,
      });
      for await (const item of items) {
        const ticket = Ticket.parse(item);
        remove.push(soldKey(ticket), ticketKey(userId, ticket.id));
      }
      await writeMany(client, TableName, { remove });
    },
  };
}
