"""The teachers' room: classes, their students and their work, and the lessons on the shelf."""

from sanic import Sanic

from appliance.teacher import (
    chats,
    classes,
    courses,
    home,
    insights,
    join_cards,
    join_codes,
    lessons,
    locks,
    releases,
    students,
)


def attach(app: Sanic) -> None:
    app.add_route(home.index, "/teach", name="home.teacher")
    app.add_route(lessons.index, "/teach/lessons", name="teacher_lessons.index")
    app.add_route(classes.new, "/teach/class/new", name="classes.new")
    app.add_route(classes.create, "/teach/class", methods=["POST"], name="classes.create")
    app.add_route(classes.show, "/teach/class/<class_id:int>", name="classes.show")
    app.add_route(locks.update, "/teach/class/<class_id:int>/lock", methods=["POST"], name="locks.update")
    app.add_route(
        join_codes.create, "/teach/class/<class_id:int>/join-code", methods=["POST"], name="join_codes.create"
    )
    app.add_route(join_cards.show, "/teach/class/<class_id:int>/join-card", name="join_cards.show")
    app.add_route(
        courses.create, "/teach/class/<class_id:int>/courses", methods=["POST"], name="class_courses.create"
    )
    app.add_route(
        releases.update, "/teach/class/<class_id:int>/releases", methods=["POST"], name="releases.update"
    )
    app.add_route(students.show, "/teach/class/<class_id:int>/student/<student_id:int>", name="students.show")
    app.add_route(
        students.remove,
        "/teach/class/<class_id:int>/student/<student_id:int>/remove",
        methods=["POST"],
        name="students.remove",
    )
    app.add_route(insights.show, "/teach/class/<class_id:int>/insights", name="insights.show")
    app.add_route(chats.index, "/teach/class/<class_id:int>/chats", name="teacher_chats.index")
    app.add_route(chats.show, "/teach/class/<class_id:int>/chats/<session_id:int>", name="teacher_chats.show")
