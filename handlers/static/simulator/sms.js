// How many SMS a text takes, counted as bot/segments.py counts: the GSM 7-bit alphabet, else UCS-2.

const PLAIN = new Set("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
  + "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà");
const DOUBLE = new Set("^{}\\[~]|€\f"); // an escape character goes before each

/** The number of segments, the alphabet, and how far the last segment is filled. */
export function segments(text) {
  const characters = [...text];
  const isPlain = characters.every((character) => PLAIN.has(character) || DOUBLE.has(character));
  const length = isPlain ? characters.reduce((sum, character) => sum + (DOUBLE.has(character) ? 2 : 1), 0) : text.length;
  const [alone, joined] = isPlain ? [160, 153] : [70, 67];
  const count = length <= alone ? 1 : Math.ceil(length / joined);
  return { count, length, room: count === 1 ? alone : count * joined, alphabet: isPlain ? "GSM-7" : "UCS-2" };
}
