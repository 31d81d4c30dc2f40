/** How models that decline begin: the first words of the reply, in the languages we have seen. */
const openings = [
  /^(?:i['’]?m|i am) (?:very |really |so )?(?:sorry|afraid|unable|not able|not allowed|not comfortable)\b/i,
  /^(?:i (?:can(?:['’]?t|not)|cannot|won['’]?t|will not|must decline|have to decline|decline)|i['’]m going to decline)\b/i,
  /^(?:sorry|apologies|my apologies|unfortunately)[,.:;!]? .*\b(?:can(?:['’]?t|not)|unable|not able|won['’]?t)\b/i,
  /^as an ai\b/i,
  /^(?:this|the) (?:request|content|conversation) (?:violates|goes against|cannot be)\b/i,
  /^(?:lo siento|désolée?|je suis désolée?|es tut mir leid|tut mir leid|mi dispiace|desculpe)\b/i,
  /^(?:抱歉|对不起|申し訳|すみません|죄송)/,
];

/** True for a reply that declines in prose. Only asked about replies without any JSON. */
export function isRefusal(reply: string): boolean {
  const start = reply.trimStart().slice(0, 200);
  return openings.some((opening) => opening.test(start));
}
