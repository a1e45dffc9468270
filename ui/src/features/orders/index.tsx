export function Orders(_: { rest: string }) {
  return null;
}
export const OrdersToApprove = Orders;
export const OrdersToConfirm = Orders;
