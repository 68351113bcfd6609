import cancelOrder from './cancel-order.ts';
import createOrder from './create-order.ts';
import getOrder from './get-order.ts';
import listOrders from './list-orders.ts';
import receiveOrder from './receive-order.ts';

export const routes = [createOrder, listOrders, getOrder, receiveOrder, cancelOrder];
