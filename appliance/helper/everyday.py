"""Words that any reply may hold, so that a quiz on something else can't forbid them; and what no word looks like."""

from functools import lru_cache
from itertools import pairwise

from appliance.helper.words import ENGLISH, SPANISH, stem

ENGLISH_WORDS = """
able above across add after again against age air all almost along already always among angle animal another
answer any apart apple area arm around arrow ask away back bad bag ball bank base beach bear because become bed
before begin behind below best better between big bird bit black block blood blue board boat body book both bottom
box boy branch bread break bridge bright bring brother brown build building burn bus busy buy call car card care
carry cat catch cause center chain chair chance change check child children choose circle city class clean clear
clock close cloud coat cold colour color come common complete cook cool copy corner correct count country course
cover cow cross cup cut dance dark day deep different difficult dinner direction dirty dish distance divide doctor
dog door double doubles down draw dream drink drive drop dry each early earth east easy eat edge egg eight empty
end energy enough equal even evening ever every exact example eye face fact fall false family far farm fast father
feel few field fill final find fine finger finish fire first fish five flat floor flow flower fly follow food foot
force form forward four free fresh friend front fruit full game garden gas girl glass goes gold good grass great
green ground group grow guess hair half hand happen happy hard hat head hear heart heat heavy height hello help
here high hill hint history hold hole home horse hot hour house hundred ice idea important inside iron job join
jump just keep key kind kitchen know lake land language large last late later learn leave left leg length less
lesson letter level life lift light like line list listen little live long look lose loud love low lower machine
make many map mark market mass material maths matter may mean measure meat medium meet metal middle milk minute
mirror missing mix model money month moon more morning most mother mountain mouth move much music name near neck
need never new next night nine no noise none north nose not note nothing now number object off often oil old one
only open opposite orange order other outside over own page pair paper parent part pass past path pencil people
person picture piece place plain plan plane plant plate play point position possible power present press problem
pull push put question quick quiet quite race rain read ready real reason red remember repeat rest result return
rice rich ride right ring rise river road rock room root round row rule run safe salt same sand save say school
science sea season second see seed sell send sentence seven shade shape share sheet ship shoe shop short show side
sign silver simple since sing sister sit six size skin sky sleep slow small smell smile smooth snow soft soil some
something song soon sound south space speak special speed spell spend spoon sport spring square stand star start
state station stay step stick still stone stop story straight strange street strong student study sugar sum summer
sun sure surface swim table take talk tall taste teach teacher team tell ten test thank thick thin thing think
third three tie time tiny today together tomorrow tool top total touch town train travel tree true try turn twice
two type under unit until up upper use usual valley value very view village voice wait walk wall want warm wash
watch water wave way weak wear weather week weight well west wet what wheel when where which while white whole why
wide wild wind window winter wire wish with without woman wood word work world worse write wrong year yellow yes
young zero increases decreases faster slower bigger smaller higher larger both neither nobody everything
"""
SPANISH_WORDS = """
abajo abrir agua aire algo alto amarillo amigo animal antes arbol arriba aumenta ayuda azul bajo barco blanco boca
bueno cabeza cada calle calor cambio camino campo cara carta casa cerca cierto ciudad claro clase cocina color comer
comida como contar correcto correr cosa cuatro cuerpo cuando dar debajo decir dejar dentro derecha despues dia dibujo
diez dinero disminuye doble dos energia entre escribir escuela espacio estrella facil falso familia figura final
forma frio frente fruta fuego fuera fuerza gato gente grande grupo hacer hijo hoja hombre hora hoy idea igual invierno
izquierda juego lado lapiz largo leccion leche leer lejos lento letra libro ligero linea llave lluvia luna luz madera
madre maestro manana mano mar masa mas mayor medio mejor menor menos mesa metal mil minuto mitad montana mucho mujer
mundo musica nada negro ninguno nino no noche nombre nube nueve nuevo numero nunca ocho ojo orden otro padre pagina
palabra pan papel parte paso pelo pequeno perro peso pez pie piedra piel planta poco poder primero problema profe
prueba puerta punto rapido rayo regla respuesta rojo sal salir seis semana sentir ser si siempre siete silla sol solo
sombra subir suelo suma tabla tarde tiempo tierra tipo todo trabajo tres triangulo ultimo uno unidad usar vacio valor
ver verano verdad verdadero verde vez viento vida viejo voz
"""
EVERYDAY = frozenset(
    stem(word) for word in (*ENGLISH_WORDS.split(), *SPANISH_WORDS.split(), *ENGLISH, *SPANISH)
)
ODD_PAIRS = """
ph th sh ch ck qu ss ll tt ff rr mm nn pp cc dd gg bb zz oo ee ia io iu ue ui ua oi oe eo ea ae ei ie au eu
"""
PAIRS = frozenset(
    first + second
    for word in (*ENGLISH_WORDS.split(), *SPANISH_WORDS.split(), *ODD_PAIRS.split())
    for first, second in pairwise(word)
)


@lru_cache(maxsize=8192)
def is_gibberish(word: str) -> bool:
    """Two letters stand side by side in it that don't in a few hundred plain words."""
    return any(first + second not in PAIRS for first, second in pairwise(word))
