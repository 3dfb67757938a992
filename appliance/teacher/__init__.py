"""The teachers' room: classes, their students and their work, and the lessons on the shelf."""

from sanic import Sanic

from appliance.teacher import (
    activities,
    assignments,
    blueprints,
    care,
    chats,
    classes,
    courses,
    documents,
    enrolment,
    home,
    insights,
    invites,
    items,
    join_cards,
    join_codes,
    lessons,
    locks,
    merges,
    releases,
    resets,
    reviews,
    roster,
    roster_imports,
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
    _attach_joining(app)
    _attach_roster(app)
    app.add_route(care.edit, "/teach/class/<class_id:int>/care", name="care.edit")
    app.add_route(care.update, "/teach/class/<class_id:int>/care", methods=["POST"], name="care.update")
    _attach_documents(app)
    _attach_study(app)
    app.add_route(insights.show, "/teach/class/<class_id:int>/insights", name="insights.show")
    app.add_route(
        insights.make_brief,
        "/teach/class/<class_id:int>/insights/brief",
        methods=["POST"],
        name="insights.make_brief",
    )
    app.add_route(chats.index, "/teach/class/<class_id:int>/chats", name="teacher_chats.index")
    app.add_route(chats.show, "/teach/class/<class_id:int>/chats/<session_id:int>", name="teacher_chats.show")


def _attach_joining(app: Sanic) -> None:
    of_class = "/teach/class/<class_id:int>"
    app.add_route(enrolment.update, f"{of_class}/enrolment", methods=["POST"], name="enrolment.update")
    app.add_route(invites.index, f"{of_class}/invites", name="invites.index")
    app.add_route(invites.create, f"{of_class}/invites", methods=["POST"], name="invites.create")
    one = f"{of_class}/invites/<invite_id:int>"
    app.add_route(invites.show, one, name="invites.show")
    app.add_route(invites.update, one, methods=["POST"], name="invites.update")
    app.add_route(invites.remove, f"{one}/remove", methods=["POST"], name="invites.remove")


def _attach_roster(app: Sanic) -> None:
    all_of_it = "/teach/class/<class_id:int>/roster"
    app.add_route(roster.index, all_of_it, name="roster.index")
    app.add_route(roster.export, f"{all_of_it}/export", name="roster.export")
    app.add_route(roster.print_cards, f"{all_of_it}/cards", methods=["POST"], name="roster.print_cards")
    app.add_route(roster_imports.new, f"{all_of_it}/import", name="roster_imports.new")
    app.add_route(
        roster_imports.preview, f"{all_of_it}/import", methods=["POST"], name="roster_imports.preview"
    )
    app.add_route(
        roster_imports.create,
        f"{all_of_it}/import/students",
        methods=["POST"],
        name="roster_imports.create",
    )
    app.add_route(merges.new, f"{all_of_it}/merge", name="merges.new")
    app.add_route(merges.create, f"{all_of_it}/merge", methods=["POST"], name="merges.create")
    app.add_route(resets.new, f"{all_of_it}/reset", name="resets.new")
    app.add_route(resets.create, f"{all_of_it}/reset", methods=["POST"], name="resets.create")
    one = "/teach/class/<class_id:int>/student/<student_id:int>"
    app.add_route(students.show, one, name="students.show")
    app.add_route(students.update, one, methods=["POST"], name="students.update")
    app.add_route(students.remove, f"{one}/remove", methods=["POST"], name="students.remove")
    app.add_route(
        students.show_return_code, f"{one}/return-code", methods=["POST"], name="students.show_return_code"
    )
    app.add_route(
        students.create_one_time_code,
        f"{one}/one-time-code",
        methods=["POST"],
        name="students.create_one_time_code",
    )


def _attach_documents(app: Sanic) -> None:
    shelf, paper = (
        "/teach/class/<class_id:int>/library",
        "/teach/class/<class_id:int>/library/<document_id:int>",
    )
    app.add_route(documents.index, shelf, name="documents.index")
    app.add_route(
        documents.create, shelf, methods=["POST"], name="documents.create", stream=True, ctx_csrf="in_stream"
    )
    app.add_route(documents.show, paper, name="documents.show")
    app.add_route(documents.update, paper, methods=["POST"], name="documents.update")
    app.add_route(documents.retry, f"{paper}/retry", methods=["POST"], name="documents.retry")
    app.add_route(documents.remove, f"{paper}/remove", methods=["POST"], name="documents.remove")


def _attach_study(app: Sanic) -> None:
    of_class = "/teach/class/<class_id:int>"
    app.add_route(blueprints.show, f"{of_class}/blueprint", name="blueprints.show")
    app.add_route(blueprints.update, f"{of_class}/blueprint", methods=["POST"], name="blueprints.update")
    app.add_route(blueprints.make, f"{of_class}/blueprint/make", methods=["POST"], name="blueprints.make")
    app.add_route(
        blueprints.publish, f"{of_class}/blueprint/publish", methods=["POST"], name="blueprints.publish"
    )
    app.add_route(activities.index, f"{of_class}/activities", name="activities.index")
    app.add_route(activities.create, f"{of_class}/activities", methods=["POST"], name="activities.create")
    one = f"{of_class}/activities/<activity_id:int>"
    app.add_route(activities.show, one, name="activities.show")
    app.add_route(activities.update, one, methods=["POST"], name="activities.update")
    app.add_route(activities.publish, f"{one}/publish", methods=["POST"], name="activities.publish")
    app.add_route(activities.copy, f"{one}/copy", methods=["POST"], name="activities.copy")
    app.add_route(activities.remove, f"{one}/remove", methods=["POST"], name="activities.remove")
    app.add_route(items.create, f"{one}/items", methods=["POST"], name="items.create")
    app.add_route(items.update, f"{one}/items/<item_id:int>", methods=["POST"], name="items.update")
    app.add_route(items.remove, f"{one}/items/<item_id:int>/remove", methods=["POST"], name="items.remove")
    app.add_route(assignments.create, f"{one}/assign", methods=["POST"], name="assignments.create")
    given = f"{of_class}/assignments/<assignment_id:int>"
    app.add_route(assignments.show, given, name="assignments.show")
    app.add_route(assignments.update, f"{given}/due", methods=["POST"], name="assignments.update")
    app.add_route(reviews.show, f"{given}/student/<student_id:int>", name="reviews.show")
    app.add_route(
        reviews.update, f"{given}/student/<student_id:int>", methods=["POST"], name="reviews.update"
    )
