"""The teachers' room: classes, their students and their work, and the lessons on the shelf."""

from sanic import Sanic

from appliance.teacher import (
    activities,
    announcements,
    assignments,
    audit,
    blueprints,
    care,
    chats,
    classes,
    co_teachers,
    courses,
    documents,
    gallery,
    gradebook,
    groups,
    home,
    insights,
    items,
    join_cards,
    join_codes,
    lessons,
    locks,
    previews,
    releases,
    reviews,
    saved_comments,
    students,
    submission_reviews,
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
    app.add_route(care.edit, "/teach/class/<class_id:int>/care", name="care.edit")
    app.add_route(care.update, "/teach/class/<class_id:int>/care", methods=["POST"], name="care.update")
    _attach_people(app)
    _attach_reviews(app)
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


def _attach_reviews(app: Sanic) -> None:
    queue = "/teach/class/<class_id:int>/review"
    app.add_route(submission_reviews.index, queue, name="submission_reviews.index")
    piece = f"{queue}/<submission_id:int>"
    app.add_route(submission_reviews.show, piece, name="submission_reviews.show")
    app.add_route(submission_reviews.update, piece, methods=["POST"], name="submission_reviews.update")
    app.add_route(previews.show, f"{piece}/file", name="previews.show")
    app.add_route(previews.page, f"{piece}/pages/<number:int>", name="previews.page")
    of_gallery = "/teach/class/<class_id:int>/gallery/<material_id:int>"
    app.add_route(gallery.show, of_gallery, name="gallery.show")
    app.add_route(
        gallery.update, f"{of_gallery}/<submission_id:int>", methods=["POST"], name="gallery.update"
    )
    app.add_route(gradebook.show, "/teach/class/<class_id:int>/gradebook", name="gradebook.show")
    app.add_route(gradebook.export, "/teach/class/<class_id:int>/gradebook.csv", name="gradebook.export")
    app.add_route(saved_comments.index, "/teach/comments", name="saved_comments.index")
    app.add_route(saved_comments.create, "/teach/comments", methods=["POST"], name="saved_comments.create")
    app.add_route(
        saved_comments.remove,
        "/teach/comments/<comment_id:int>/remove",
        methods=["POST"],
        name="saved_comments.remove",
    )


def _attach_people(app: Sanic) -> None:
    of_class = "/teach/class/<class_id:int>"
    app.add_route(audit.index, f"{of_class}/audit", name="audit.index")
    app.add_route(groups.index, f"{of_class}/groups", name="groups.index")
    app.add_route(groups.create, f"{of_class}/groups", methods=["POST"], name="groups.create")
    one = f"{of_class}/groups/<group_id:int>"
    app.add_route(groups.update, one, methods=["POST"], name="groups.update")
    app.add_route(groups.remove, f"{one}/remove", methods=["POST"], name="groups.remove")
    app.add_route(announcements.index, f"{of_class}/announcements", name="announcements.index")
    app.add_route(
        announcements.create, f"{of_class}/announcements", methods=["POST"], name="announcements.create"
    )
    app.add_route(
        announcements.remove,
        f"{of_class}/announcements/<announcement_id:int>/remove",
        methods=["POST"],
        name="announcements.remove",
    )
    app.add_route(co_teachers.index, f"{of_class}/co-teachers", name="co_teachers.index")
    app.add_route(co_teachers.create, f"{of_class}/co-teachers", methods=["POST"], name="co_teachers.create")
    other = f"{of_class}/co-teachers/<staff_id:int>"
    app.add_route(co_teachers.update, other, methods=["POST"], name="co_teachers.update")
    app.add_route(co_teachers.remove, f"{other}/remove", methods=["POST"], name="co_teachers.remove")


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
