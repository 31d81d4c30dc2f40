/** How models that decline begin: the first words of the reply, in English and in the languages most spoken. */
const openings = [
  /^(?:i['’]?m|i am) (?:very |really |so )?(?:sorry|afraid|unable|not able|not allowed|not comfortable)\b/i,
  /^(?:i (?:can(?:['’]?t|not)|cannot|could not|won['’]?t|will not|must decline|have to decline|decline|refuse|apologi[sz]e)|i['’]m going to decline)\b/i,
  /^(?:sorry|apologies|my apologies|unfortunately)[,.:;!]? .*\b(?:can(?:['’]?t|not)|unable|not able|won['’]?t)\b/i,
  /^as an ai\b/i,
  /^(?:this|the) (?:request|content|conversation) (?:violates|goes against|cannot be)\b/i,
  // Romance and Germanic languages.
  /^(?:lo siento|lamento|no puedo|(?:je suis )?désolée?|je regrette|je ne peux)(?!\p{L})/iu,
  /^(?:mi dispiace|spiacente|non posso|(?:me )?desculpe|sinto muito|(?:eu )?não posso)(?!\p{L})/iu,
  /^(?:(?:es )?tut mir leid|leider kann ich|ich kann [^.!?]*nicht|het spijt me|ik kan [^.!?]*niet|tyvärr|beklager)(?!\p{L})/iu,
  // Slavic and Turkic languages.
  /^(?:przykro mi|przepraszam|niestety|nie mogę|извините|простите|прошу прощения|к сожалению|мне (?:очень )?жаль|я не могу|вибачте|на жаль|üzgünüm|maalesef)(?!\p{L})/iu,
  // Arabic, Hindi, Indonesian, Vietnamese, Chinese, Japanese, Korean.
  /^(?:عذر|آسف|أعتذر|للأسف|لا يمكنني|لا أستطيع|मुझे खेद|क्षमा|माफ|maaf|xin lỗi|tôi không thể|(?:很)?抱歉|[对對]不起|我(?:无法|無法|不能)|申し訳|すみません|ごめん|죄송|미안)/iu,
];

/** True for a reply that declines in prose. Only asked about replies without any JSON. */
export function isRefusal(reply: string): boolean {
  const start = reply.trimStart().slice(0, 200);
  return openings.some((opening) => opening.test(start));
}
