"""What a student wants from the helper: rules over the words of the question, weighed with what lines have taught."""

import re
from functools import lru_cache
from importlib.resources import files
from typing import Literal, cast

from appliance.helper.chat_spelling import written_out
from appliance.helper.linear_text import Features, LinearText, features_of, from_bytes

Intent = Literal["debug", "concept", "strategy", "reflection", "status", "general"]

WEIGHTS = "intents.npz"
# What the first rule that fits weighs beside the words: enough to decide where they say little.
RULE_WEIGHS = 0.35
NO_RULE = "none"
# Where no rule fits either, less than this share is a guess.
SURE_ENOUGH = 0.5

# In the order they are tried: lower case, no accents, single spaces, short forms written out, question marks kept.
RULES: tuple[tuple[Intent, str], ...] = (
    # Politeness and talk with the helper itself.
    (
        "general",
        r"""
        ^(?:are you|can you (?:speak|talk|sing)|do you (?:like|have|sleep|know me)|who are you|what is your
        |puedes hablar|eres|como (?:te llamas|estas))\b
        """,
    ),
    (
        "strategy",
        r"""
        \b(?:now what|what now|what(?: is| comes)? next|next step|first step|hints?|tips?|clues?
        |how (?:do|to|can|should|could|would|shall|might) (?:i|we|you|one)? ?(?:even )?
          (?:start|begin|know where)|where (?:do|should|can) (?:i|we) (?:start|begin)
        |(?:where|how) to (?:start|begin)|(?:get|getting) (?:me )?started
        |walk me through|talk me through|step by step|guide me|paso a paso|need help (?:\w+ing|with)
        |how would (?:this|that|it) look|como (?:seria|quedaria)
        |(?:easiest|best|simplest|first|next) (?:thing|way|step) (?:i|we|to))\b
        |\b(?:where to begin
        |siguiente paso|proximo paso|primer paso|pista|pistas|consejo|consejos
        |(?:por|x) donde (?:empiezo|empezamos|comienzo|arranco)|como (?:empiezo|empezar|comienzo|empezamos
        |arranco))\b
        """,
    ),
    (
        "reflection",
        r"""
        \b(?:right|correct|ok|okay|yes|true|no|cierto|verdad|correcto|correcta|si|bien|asi) \?$
        |\b(?:right or wrong|true or false|verdadero o falso|bien o mal)\b
        |\b(?:right|correct|verdad|cierto)$(?<!not right)(?<!not correct)|\b(?:thoughts|opinions) \??$
        |\b(?:would|will) (?:this|that|it|you|my \w+|a teacher|the teacher) (?:accept|work|pass|count|get
        |be ok|fit)\b
        |\b(?:made|make) (?:a|any) mistakes?\b|\b(?:crees|piensas) que\b
        |\b(?:is|are|was|were) (?:this|that|it|my|mine|these|our|the way i|\d+)\b.{0,60}
          \b(?:right|correct|ok|okay|good|fine|enough|allowed|true|wrong|accurate|acceptable|what you)\b
        |\b(?:is it (?:true|correct|right)|is th(?:is|at) (?:a|an) (?:good|bad|fair|valid|nice|safe))\b
        |\bdoes (?:this|that|it|my|our)\b.{0,40}\b(?:make sense|look|sound|seem|count)
        |\b(?:check|grade|mark|rate|review|proofread|evaluate|look (?:at|over)|correct|judge)
          [ ](?:if )?(?:my|this|it|mine|our|these|what)\b
        |\b(?:feedback|feed back|what do you think|do you think|your opinion|double check)\b
        |\bdid (?:i|we) (?:do|get|miss|forget|make|write|build|draw|pass|use|explain|answer|understand)\b
        |\bhow (?:did|am|are) (?:i|we) (?:do|doing)\b|\bam i (?:right|correct|doing|wrong|on the|close
        |allowed)\b
        |\b(?:improve|full marks|good enough|make it better|could be better)\b
        |\bi (?:got|put|wrote|said|think|answered|chose|guessed|used|drew)\b.{0,80}
          \b(?:right|correct|ok|okay|allowed|good|true|\w+ reason|good one) ?\??$
        |\b(?:esta|estan|quedo|queda|va|vamos|voy|hice|hicimos|hago|salio) (?:\w+ ){0,2}
          (?:bien|correct[oa]s?|asi)\b(?! dificil)
        |\b(?:es|son|seria) (?:\w+ ){0,2}(?:correct[oa]s?|cierto|verdad|asi)\b
        |\b(?:revis|cheque|califi|corrig|corrij|evalu|comprueb|verific)\w*
        |\bcheca(?:me|r)?\b|\bmira (?:mi|lo|si|como)\b|\b(?:opin\w+|que (?:te|le|les) parece|que (?:piensas
        |crees|opinas))\b
        |\b(?:mejorar|mejoro|me (?:falt|equivoqu|equivoc)\w+|tengo razon|acerte)\b
        |\bcomo (?:lo hice|me quedo|voy|quedo)\b
        """,
    ),
    (
        "debug",
        r"""
        \b(?:(?:what|something|smth|sth|anything) is (?:wrong|off|weird)|what (?:did|am|have) (?:i|we) (?:do
        |doing|done)(?: wrong)?|went wrong|goes wrong
        |que (?:hice|hago|estoy haciendo|esta|anda|salio) mal|en que (?:falle|fallo))\b
        |\bwhy (?:is|are|does|do|did|will|can|would) (?:not )?(?:my|mine|our|this not|it not|it|nothing)\b
        |\b(?:por que|porque) no (?:me|nos)\b|\b(?:por que|porque) (?:a )?(?:mi|mis|nuestr\w+|me (?:sale
        |marca|da))\b
        """,
    ),
    (
        "concept",
        r"""
        ^(?:ok |so |but |and |wait |hey |please )*(?:why|how come|y (?:do|does|is|are|did))\b
        |\bwhy (?:can|do|does|should|must|is|are)\b(?!.*\bnot work)
        |\b(?:explain|define|definition|meaning|means|confused|confusing|difference|diffrence|diference
        |differ\w*|point of|vs)\b|\bhow (?:can|could) (?!i\b|we\b|you\b|one\b)
        |\bnot clear\b|\bno (?:me |nos )?(?:queda|es|esta) (?:muy )?clar[oa]\b
        |\bwhat (?:does|do) (?!i\b|we\b|you\b).{1,40}\b(?:mean|do|stand|measure)
        |\b(?:not|never|to) (?:really |even |quite )?(?:understand|get (?:what|why|how|the|ohm|this|it|that))\b
        |\b(?:que|por que|a que) (?:es|son|era|eran|significa\w*|quiere decir|se refiere\w*
        |pasa(?:ria)? (?:si|cuando))\b
        |^(?:y |pero |profe |hola )*(?:por que|porque)\b
        |\b(?:no (?:lo |la |le )?(?:entiend|entend|comprend|capt)\w*|expli[cq]\w*|defin\w+|significado
        |diferencia\w*
        |para que (?:es|son|sirve\w*|se usa)|como (?:funciona\w*|trabaja\w*|se llama\w*|es que|puede ser))\b
        """,
    ),
    (
        "status",
        r"""
        ^(?!.*\b(?:not|no (?:he|lo|la|hemos|termin|acab)|but|pero|until|how|como)\b)(?:.*\b)?(?:
        (?:i|we|am|are|all|have|just|already|is) (?:\w+ )?(?:done|finished|finish|completed|complete|ready
        |submitted)
        |(?:done|finished|completed|ready)(?: (?:with|for|early|now|everything|it|all|and)\b|$)
        |(?:handed|turned|sent) (?:it|mine|everything|that|my \w+|the \w+)? ?in\b|(?:it|everything
        |mine) (?:works|worked)\b
        |(?:turned|handed) in|working now|works now|finally|yay+|yes{2,}|woo+
        |(?:^|i |we )(?:uploaded|submitted) .*|all good|got (?:both|all|my|the|mine|them
        |every\w+) .*(?:shining|working|lit|glowing|running)
        |(?:i|we) (?:fixed|solved|uploaded|submitted|made it|did it|got it (?:to|working|right)|figured
        |have built)
        |got it (?:to|working)|(?:it|led|lamp|light) (?:lights|lit|glows|turns)(?: up| on)?(?: now)? ?$
        |(?:nvm|never mind)\b.*
        |(?:he|hemos|ya|lo) (?:\w+ )?(?:termin|acab|entreg|complet|resolv|logr|envi|sub)\w+
        |(?:termine|terminamos|acabe|acabamos|entregue|entregamos|complete|logre|resolvi|subi)
        |list[oa]s?(?: (?:profe|ya|con)\b|$)
        |ya (?:me |se |lo |la |nos )?(?:salio|quedo|funcion\w+|prend\w+|enciend\w+|encendio|hice|hicimos|pude
        |esta|tengo)
        |por fin
        )\b
        """,
    ),
    (
        "strategy",
        r"""
        \bhow (?:do|can|should|could|would|shall|to|must) (?:i|we|you|one)\b|\bhow to\b|\bhow am i supposed\b
        |\bwhat (?:else )?(?:should|shall|must|can|could|do|would|am) (?:i|we)\b|\bwhat to (?:do|write|put
        |use|draw)\b
        |\bwhich (?:\w+ ){0,2}(?:do|should|can|must|shall) (?:i|we)\b|\bwhere (?:do|should|can|must) (?:i|we
        |the)\b
        |\b(?:should|shall|must) (?:i|we)\b|\bdo (?:i|we) (?:need|have|use|put|write|draw|connect|clip)\b
        |\b(?:steps?|plan|in (?:what|which) order|what order|best way|easiest way|a way to|ideas?\b|formula
        |what is first
        |not know (?:how|what|where)|help me (?:with|to|do|make|build|draw|write|find|plan|choose|solve|think
        |get))\b
        |\b(?:i want to|want to) .*\bhow\b|\bhow ?\??$
        |\b(?:pasos?|en que orden|plan|planear|formula|ideas?|la mejor (?:manera|forma)|primero|ahora que
        |y ahora)\b
        |\bque (?:\w+ )?(?:hago|hacemos|debo|deberia|tengo|tenemos|hay que|necesito|puedo|sigue|pongo|escribo
        |uso|dibujo|hacer)\b
        |\bcomo (?:le |lo |la |los |las |me |se |te )*(?:\w{2,}o|\w+amos|\w+emos|puedo|podemos|hago|hacer
        |\w{3,}[aei]r
          |mide\w*|hace|conecta\w*|calcula\w*|dibuja\w*|arma\w*|saca\w*|usa\w*|construye)\b
        |\b(?:no se (?:como|que|por donde|donde|cual)|ayud\w+ (?:a|con)|donde (?:pongo|conecto|va\w?|lo|la
        |puedo))\b
        """,
    ),
    (
        "debug",
        r"""
        \b(?:errors?|bugs?|glitch\w*|crash\w*|fail\w*|wrong|broken?|broke|stuck|dead|dark|dumb|faint|weak
        |nothin|acting up|was fine|only (?:went|worked|lit|moved)|got \d+|flicker\w*|blink\w*|weird|smell\w*
        |smoke\w*|smoking|burn(?:t|ed)|melt\w*|messed up|messed|nothing|stopped|stops|keeps?|frozen|freezes
        |stupid thing
        |shows? (?:a )?(?:0|zero|minus|nothing|err\w*)|minus (?:number|sign)|negative|too (?:big|high|low
        |small|much|large|dim|hot)
        |always (?:on|off|dark)|no (?:light|sound|power|current|reading)
        |got (?:super |really |very |so )?(?:hot|warm)
        |popped|went pop|went out|goes (?:out|off)|instead of \d|add up|off with|do the same|does the same
        |only one of)\b
        |\b(?:not|never) (?:\w+ ){0,3}(?:work|turn|light|glow|shin|start|stop|mov|com|go|run|open|load|spin
        |ring|buzz|connect|fit
          |make|match|change|respond|react|show|jump|appear|find|snap|stick|sound|beep|get|play|do\b
          |be right)\w*
        |\b(?:does|did|is|will|are|was) not\b(?! (?:understand|know))|\bcan not (?:get|make|find|connect|seem
        |do|see|solve)\b
        |\bno (?:me |se |le |nos |les |lo )*(?:funcion|prend|encien|encend|sal[eg]|salio|suen|sono|muev|anda
        |jala|corre|gira|brill|sirve
          |respond|carga|abre|conect|cambia|cuadra|coincid|da\b|pasa|hace|puedo|aparec|arranc|pega|logro
          |quier|dej|detect)\w*
        |\b(?:error\w*|fall[aoe]\w*|roto|rota|rotos|rotas|mal|parpade\w*|titila\w*|quem[aoe]\w*|rar[oa]s?
        |pegad[oa]s?|me da \d+ y|atasc\w*|ator\w*|trab(?:ado|ada)
        |se (?:apag|calient|par[ao]|descompu|traba|cae|suelta|congel)\w*|caliente|humo|negativ[oa]|deberia
        |sigue sin|dejo de
        |sol[oa] (?:\w+ )?(?:prend|encien|funcion|un[oa]?)\w*|al reves|huele)\b
        """,
    ),
    (
        "concept",
        r"""
        \b(?:what|wich|which|who|when|why|whose|whom) (?:is|are|was|were|happens?|happened|would|will|if
        |makes?|made|kind|type|does|did
          |invented|discovered|has|have|one|metal\w*|material\w*|things?|causes?|counts?|unit)\b
        |\bhow (?:does|do|is|are|did|many|much|long|far|fast|big|strong|hot|come|can a|can the|was|old)\b
        |^(?:is|are|does|do|did|was|were|can|could|will|would|has) (?!i\b|you\b|we\b)
        |\b(?:tell me (?:more )?about|know (?:more )?about|more about|wonder\w*|curious)\b|\bwhat if\b
        |\b(?:quien|quienes|cual|cuales|cuant[oa]s?|cuando|de que|donde (?:esta|hay|se))\b|\bque (?:tipo
        |clase|hace|mide|material\w*|cosas|unidad)\b
        |^(?!.*\b(?:puedo|puedes|podrias|can (?:i|you)|could you)\b).{8,}\?$
        """,
    ),
)


def intent_of(question: str) -> Intent:
    if not written_out(question):
        return "general"
    rule, weights = rule_of(question), _weights()
    likely = weights.shares(features_of_question(question, rule))
    is_guess = rule == NO_RULE and likely.max() < SURE_ENOUGH
    return "general" if is_guess else cast(Intent, weights.labels[int(likely.argmax())])


def rule_of(question: str) -> str:
    """The intent of the first rule that fits."""
    asked = written_out(question)
    return next((intent for intent, rule in PATTERNS if rule.search(asked)), NO_RULE)


def features_of_question(question: str, rule: str) -> Features:
    return features_of(question, (f"rule {rule}",), RULE_WEIGHS)


@lru_cache(maxsize=1)
def _weights() -> LinearText:
    return from_bytes((files("appliance.helper") / WEIGHTS).read_bytes())


def _in_one_line(rule: str) -> str:
    return "".join(line.strip() for line in rule.splitlines())


PATTERNS = [(intent, re.compile(_in_one_line(rule))) for intent, rule in RULES]
