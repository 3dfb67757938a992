"""What students wrap a question in, in languages that have no glossary here; none of it says what it is about."""

import re
from collections.abc import Iterable

from appliance.storage.search_words import asked_words, is_of_signs

RUSSIAN_AND_UKRAINIAN = """
что чего чему чем такое такой такая такие это этот эта эти как какой какая какое какие каков почему зачем где когда
кто куда откуда сколько ли же бы мне меня мы вы он она они его её их я ты не ни и а но или в во на по из за от до
для о об про с со к у при если есть быть был была было были нужно надо можно может могу объясни расскажи скажи
помоги пожалуйста значит называется
що чого чому таке такий така це цей ця ці який яка яке які де коли хто куди скільки чи ж мені мене ми ви він вона
вони його її їх й та або у від до для про з із як є бути був була було були треба можна може поясни розкажи скажи
допоможи ласка
"""
GREEK = """
τι πως γιατι που ποτε ποιος ποια ποιο ποιοι ποσο ποσα ειναι ηταν ενα ενας μια ο η το οι τα τον την του της των τους
και στο στη στην στον στα απο για με σε να θα δεν μην αν οταν μου μας σου σας εξηγησε πες βοηθησε παρακαλω
"""
ARABIC_AND_PERSIAN = """
ما ماذا لماذا كيف متى أين من هو هي هم هل كم أي ذلك هذا هذه تلك التي الذي في على إلى عن مع أو و ثم إن أن كان كانت
يكون لا لم لن قد اشرح وضح ساعدني فضلك
چیست چه چرا چگونه کجا کی است هست را به از در با که این آن برای یا لطفا
"""
HEBREW = "מה מהו מהי איך למה מדוע איפה מתי מי כמה האם של את הוא היא הם זה זאת על אל עם או גם כי לא אני"
TURKISH = """
nedir neden nasıl niçin niye nerede kim kaç hangi mi midir mıdır bir bu şu ve veya ile için gibi olan
olur oluyor açıkla anlat lütfen
"""
VIETNAMESE = """
là gì sao tại thế nào như vì khi đâu bao nhiêu của và các những được cho với trong này đó một hãy giải thích
giúp tôi không
"""
FRENCH = (
    "quoi quel quelle quels quelles pourquoi est c'est qu'est ce que sont les des du dans avec sur qui et"
)
HINDI = """
क्या है हैं था थे थी का की के को में से पर और या कैसे क्यों कब कहाँ कौन कितना कितने यह वह ये वे मुझे हम समझाओ बताओ बताइए
"""
CHINESE_AND_JAPANESE = """
什么 什麼 怎么 怎麼 怎样 怎樣 为什么 為什麼 如何 是什么 是什麼 哪里 哪裡 哪个 哪個 哪些 多少 请问 請問 可以
我们 我們 这个
這個 那个 那個 一个 一個 帮我 幫我 告诉 告訴 解释 解釋
とは なに なん なぜ どう して どの よう うに どこ いつ です ます すか くだ ださ さい 何で 教え えて たい とい いう
"""
KOREAN = (
    "무엇 무엇인가요 무엇입니까 뭐예요 왜 어떻게 어디 언제 누구 인가요 입니까 합니까 나요 알려 려주 주세 세요"
)
THAI = "คืออะไร อะไร ทำไม อย่างไร ยังไง ที่ไหน เมื่อไร เท่าไร หรือไม่ ช่วย ครับ ค่ะ"

FILLERS = frozenset(
    asked_words(
        f"{RUSSIAN_AND_UKRAINIAN} {GREEK} {ARABIC_AND_PERSIAN} {HEBREW} {TURKISH} {VIETNAMESE} {FRENCH} {HINDI}"
        f" {CHINESE_AND_JAPANESE} {KOREAN} {THAI}"
    )
)
# Two signs, one of which only joins words: the other one belongs to a word that is asked for with its own neighbour.
JOINED = re.compile(
    "[的是了呢吗嗎么麼吧].?|.[的是了呢吗嗎么麼吧]|[はがをのとにでもか][^ぁ-ん]|[^ぁ-ん][はがをのとにでもか]"
)


def without_fillers(words: Iterable[str]) -> list[str]:
    """The words that tell something; of scripts without spaces also no joints, unless nothing else is there."""
    telling = [word for word in words if word not in FILLERS]
    return [word for word in telling if not (is_of_signs(word) and JOINED.fullmatch(word))] or telling
