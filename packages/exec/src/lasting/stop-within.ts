/** How long a server that goes on may take to end in order, before it is killed. */
export const stopWithinSeconds = 600;
