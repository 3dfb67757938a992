"""The helper's own sentences: English in the code, other languages looked up under it."""

SPANISH = {
    # suggestions: what a student would ask next
    "What should I check first?": "¿Qué reviso primero?",
    "How can I test one part at a time?": "¿Cómo pruebo una sola parte cada vez?",
    "Can you give me a hint about {topic}?": "¿Me das una pista sobre {topic}?",
    "Can you give me an everyday example of {topic}?": "¿Me das un ejemplo de la vida diaria sobre {topic}?",
    "Can you explain {topic} in simpler words?": "¿Me explicas {topic} con palabras más sencillas?",
    "How can I check that I understood {topic}?": "¿Cómo compruebo que entendí {topic}?",
    "What is the first small step?": "¿Cuál es el primer pasito?",
    "How will I know that this step worked?": "¿Cómo sabré que este paso salió bien?",
    "Which part of the lesson should I read again?": "¿Qué parte de la lección vuelvo a leer?",
    "What is good in my work, and what is missing?": "¿Qué está bien en mi trabajo y qué falta?",
    "Which point should I look at again?": "¿Qué punto debería mirar otra vez?",
    "How could I explain {topic} to a friend?": "¿Cómo le explicaría {topic} a un amigo?",
    "What can I try next with {topic}?": "¿Qué más puedo probar con {topic}?",
    "How can I make it a bit harder for myself?": "¿Cómo me lo pongo un poco más difícil?",
    "Can you ask me a question about {topic}?": "¿Me haces una pregunta sobre {topic}?",
    "What is the main idea of {topic}?": "¿Cuál es la idea principal de {topic}?",
    "Where do I start with {topic}?": "¿Por dónde empiezo con {topic}?",
    "this lesson": "esta lección",
    # the lesson's own answer
    "Here is what your lesson says about this.": "Esto es lo que dice tu lección sobre eso.",
    "The helper is busy right now, so here is what your lesson says.": (
        "El ayudante está ocupado ahora mismo, así que esto es lo que dice tu lección."
    ),
    "I could not finish this answer, so here is what your lesson says.": (
        "No pude terminar esta respuesta, así que esto es lo que dice tu lección."
    ),
    "I could not find that in your lesson.": "No encontré eso en tu lección.",
    # where a reply would have given an answer away
    "This answer is yours to find, and you can do it. Here is what helps on the way.": (
        "Esta respuesta la encuentras tú, y puedes hacerlo. Esto te ayuda en el camino."
    ),
    "This answer is yours to find, and you can do it: I help you with the way there.": (
        "Esta respuesta la encuentras tú, y puedes hacerlo: yo te ayudo en el camino."
    ),
    "Here we build with blocks, so let us do it with blocks.": (
        "Aquí construimos con bloques, así que vamos a hacerlo con bloques."
    ),
    "Here we build with blocks, so let us do it with blocks. This part of your lesson helps.": (
        "Aquí construimos con bloques, así que vamos a hacerlo con bloques. Esta parte de tu lección ayuda."
    ),
    "Your lesson": "Tu lección",
    "Read this part once more: it helps with your question.": (
        "Lee otra vez esta parte: ayuda con tu pregunta."
    ),
    "I could not finish this answer, and I found nothing about it in your lesson.": (
        "No pude terminar esta respuesta y no encontré nada sobre eso en tu lección."
    ),
    "That goes beyond this lesson.": "Eso va más allá de esta lección.",
    "Here we work on: {topics}.": "Aquí trabajamos con: {topics}.",
    "Ask me about one of these, or ask your teacher.": "Pregúntame sobre esto, o pregunta a tu profe.",
    "What happens just before it goes wrong? Change one thing, try again, and see what changes.": (
        "¿Qué pasa justo antes de que falle? Cambia una sola cosa, prueba otra vez y mira qué cambia."
    ),
    "Can you say it in your own words, with an example that you know?": (
        "¿Puedes decirlo con tus palabras y con un ejemplo que conozcas?"
    ),
    "Which step could you do in the next five minutes?": "¿Qué paso puedes dar en cinco minutos?",
    "Compare your work with this line by line: what matches, and what is missing?": (
        "Compara tu trabajo con esto, línea por línea: ¿qué coincide y qué falta?"
    ),
    "Well done for getting here. What would you show a friend, and what will you try next?": (
        "Muy bien por llegar hasta aquí. ¿Qué le mostrarías a un amigo y qué vas a probar ahora?"
    ),
    "Which of these lines helps you most, and what is still unclear?": (
        "¿Cuál de estas líneas te ayuda más y qué falta aclarar?"
    ),
    "Tell me a little more: which part of the lesson is it about?": (
        "Cuéntame un poco más: ¿de qué parte de la lección se trata?"
    ),
    "Reference": "Referencia",
    "page {number}": "página {number}",
    "section {number}": "sección {number}",
    "slide {number}": "diapositiva {number}",
    # the class chat's own answer
    "Here is what your lessons and papers say about this.": (
        "Esto es lo que dicen tus lecciones y documentos sobre eso."
    ),
    "The helper is busy right now, so here is what your lessons and papers say.": (
        "El ayudante está ocupado ahora mismo, así que esto es lo que dicen tus lecciones y documentos."
    ),
    "I could not finish this answer, so here is what your lessons and papers say.": (
        "No pude terminar esta respuesta, así que esto es lo que dicen tus lecciones y documentos."
    ),
    "I could not find that in your class's lessons and papers.": (
        "No encontré eso en las lecciones y documentos de tu clase."
    ),
    "I could not finish this answer, and I found nothing about it in your class's lessons and papers.": (
        "No pude terminar esta respuesta y no encontré nada sobre eso en las lecciones y documentos de tu clase."
    ),
    "That goes beyond what your class works on.": "Eso va más allá de lo que trabaja tu clase.",
    "Your class works on: {topics}.": "Tu clase trabaja con: {topics}.",
}
LANGUAGES = {"es": SPANISH}
NAMES = {"en": "English", "es": "Spanish"}


def say(language: str, sentence: str, **slots: str) -> str:
    """The sentence in that language, in English when there is none; `{slot}`s are filled as they are."""
    return LANGUAGES.get(language, {}).get(sentence, sentence).format(**slots)


def language_name(language: str) -> str:
    """As the instructions to the model call it."""
    return NAMES.get(language, "English")
