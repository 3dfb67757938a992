"""Spanish is put into English words before it is compared; English stays as it is."""

import pytest

from appliance.library.comparable import comparable


@pytest.mark.parametrize(
    ("spanish", "english"),
    [
        ("¿Qué es un aislante?", "insulator"),
        ("¿Quién ganó el mundial?", "world cup"),
        ("cómo conectarlo a la pila", "connect"),
        ("las hojas verdes", "leaf"),
        ("por qué se apaga la luz", "why"),
        ("la transpiración de las plantas", "transpiration"),
        ("quiero dibujar una florecita", "draw"),
    ],
)
def test_spanish_is_compared_by_its_english_words(spanish: str, english: str) -> None:
    assert english in comparable(spanish)


@pytest.mark.parametrize(
    "text", ["why does the led stay dark", "red sales and no pan", "he can come once", "12 x 13", "", "¿?"]
)
def test_other_texts_stay(text: str) -> None:
    assert comparable(text) == text
