"""Words that mean the same: everyday ones beside those of lessons, and Spanish ones beside their English fellows."""

# No word stands here that means something else in English. A slash parts what may be meant.
PAIRS = """
abuela=grandmother/gran, abuelo=grandfather, agua=water, aire=air, aislante=insulator, alambre=wire,
alarma=alarm, alumbra=light/shine, amarillo=yellow, amperimetro=ammeter/meter, amperio=ampere/milliamp,
angulo=angle, animal=animal, apagado=dark, apaga=dark/off, arbol=tree, area=area, atomo=atom, azul=blue,
bateria=battery, bicicleta=bicycle, bici=bicycle, bloque=block, bombilla=bulb/lamp, boton=button,
brilla=bright/shine/glow, brillo=bright, bucle=loop, cable=wire/lead, cadena=chain, caimanes=crocodile,
caja=box, calcula=work out/formula, calcular=work out/formula, calienta=hot/warm, caliente=hot/warm,
calor=heat, camino=path, carbono=carbon, carga=charge, carton=card, casa=house/home, celula=cell,
circuito=circuit, cobre=copper, codigo=code/program, computadora=computer, conductor=conductor,
conduce=conduct, conducen=conduct, conecta=connect/clip, conectar=connect/clip,
conecto=connect/clip/across, corriente=current, corta=cut, cortocircuito=short circuit, cristal=glass,
cuerpo=body, dibuja=draw, dibujar=draw, dibujo=drawing, diamante=diamond, diodo=diode, division=divide,
divide=divide, dura=last, duracion=last, ecuacion=equation, electricidad=electricity, electrico=electric,
electron=electron, enchufe=socket, enciende=dark/light, prende=dark/light, energia=energy,
entrega=hand in, entregar=hand in, escuela=school, experimento=test, fila=row, flujo=flow, foco=lamp/bulb,
formula=law, fraccion=fraction, fuerza=force/push, gato=cat, goma=rubber, grafica=graph, grafito=graphite,
grafo=graph, hierro=iron, hoja=leaf/page, idea=idea, interruptor=switch, lampara=lamp, lapiz=pencil,
lazo=loop, leccion=lesson, ley=law, limon=lemon, luz=light, madera=wood, maquina=machine, mas=plus,
mano=hand, medida=measure, medir=measure/meter, mide=measured, menos=minus, metal=metal, minimo=least,
moneda=coin, multimetro=multimeter/meter, musica=music, negativo=minus, numero=number, ohmio=ohm,
orden=order, oxido=rust, papel=paper, papelaluminio=foil, aluminio=foil, paralelo=parallel/own path,
parpadea=flicker, pata=leg, pedal=pedal, peligroso=careful, pendiente=slope, pila=battery, pinza=peg,
piel=skin, planta=plant, plastico=plastic, plata=silver, polo=plus/minus, positivo=plus, potencia=power,
predicho=predict, prediccion=predict, probador=tester, probar=test, problema=problem, programa=program,
proyecto=project, prueba=test, pueblo=town, punto=point, puerta=door, regla=ruler,
resistencia=resistor/resistance, respiracion=breathing, rojo=red, rueda=wheel, salada=salt, sangre=blood,
seguridad=safety, serie=series, simbolo=sign, sonido=sound, suena=silent/sound, sol=sun, sopla=blow,
suma=add, tabla=table, tension=voltage, tierra=earth, tijera=scissors, triangulo=triangle, tuberia=pipe,
unidad=measured, valor=value, velocidad=speed, verdad=truth, verde=green, vidrio=glass, voltaje=voltage,
voltimetro=voltmeter, voltio=volt, zinc=zinc, zumbador=buzzer
"""
# What students say, and what lessons call it.
EVERYDAY = """
amps=ampere/current, bike=bicycle, bulb=lamp/led, cardboard=card, sent=hand in, send=hand in,
submit=hand in, submission=hand in, upload=hand in, symbols=signs, symbol=sign, photo=hand in,
picture=drawing/photo, volts=voltage, colour=stripe, color=stripe, granny=gran, grandma=gran,
calculate=work out, compute=work out, lightbulb=lamp/led, cables=leads/wire, cable=lead/wire, alike=same,
danger=careful, dangerous=careful, hazard=careful, electrocuted=kill/careful
"""


def _table(pairs: str) -> dict[str, tuple[str, ...]]:
    parted = (pair.strip().split("=") for pair in pairs.replace("\n", " ").split(","))
    return {word: tuple(others.split("/")) for word, others in parted}


SPANISH = _table(PAIRS)
SAME = _table(EVERYDAY)


def in_english(word: str) -> tuple[str, ...]:
    """What a Spanish word, alone or as a plural, may be called; nothing for one that isn't known."""
    forms = (word, word.removesuffix("s"), word.removesuffix("es"), f"{word.removesuffix('ces')}z")
    return next((SPANISH[form] for form in forms if form in SPANISH), ())


def called_too(word: str) -> tuple[str, ...]:
    """What lessons call it."""
    return SAME.get(word, ())
