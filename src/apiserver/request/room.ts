/**
 * How much may be read and made at a time: idle, nobody else waits, and time to read ahead; crowded, others who ask for little
 * would feel each long piece.
 */
export type Room = 'idle' | 'shared' | 'crowded';
