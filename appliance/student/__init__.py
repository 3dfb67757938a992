"""The students' room: class home, lessons, work, the helper and their own data."""

from sanic import Sanic

from appliance.student import (
    announcements,
    attempts,
    chats,
    checklists,
    courses,
    documents,
    feedback,
    helper,
    home,
    lessons,
    materials,
    my_data,
    names,
    programs,
    reflections,
    rubrics,
    study,
    submissions,
    uploads,
)


def attach(app: Sanic) -> None:
    app.add_route(home.index, "/student", name="home.index")
    app.add_route(
        announcements.update,
        "/student/announcements/<announcement_id:int>",
        methods=["POST"],
        name="student_announcements.update",
    )
    app.add_route(feedback.index, "/student/feedback", name="feedback.index")
    app.add_route(my_data.show, "/student/my-data", name="my_data.show")
    app.add_route(my_data.return_code, "/student/return-code", name="my_data.return_code")
    app.add_route(names.edit, "/student/name", name="student_names.edit")
    app.add_route(names.update, "/student/name", methods=["POST"], name="student_names.update")
    app.add_route(my_data.remove_work, "/student/delete-work", methods=["POST"], name="my_data.remove_work")
    app.add_route(my_data.remove, "/student/delete-me", methods=["POST"], name="my_data.remove")
    app.add_route(my_data.end_session, "/student/end-session", methods=["POST"], name="my_data.end_session")
    app.add_route(submissions.show, "/submission/<submission_id:int>/download", name="submissions.show")
    app.add_route(documents.show, "/student/library/<document_id:int>", name="student_documents.show")
    _attach_study(app)
    _attach_road(app)
    _attach_answers(app)
    for name, handler in (
        ("session", programs.show_session),
        ("modules", programs.show_modules),
        ("submissions", programs.show_submissions),
    ):
        app.add_route(handler, f"/api/v1/student/{name}", name=f"student_programs.{name}")


def _attach_study(app: Sanic) -> None:
    app.add_route(study.index, "/student/study", name="study.index")
    app.add_route(study.show, "/student/study/<assignment_id:int>", name="study.show")
    app.add_route(
        attempts.create,
        "/student/study/<assignment_id:int>/attempts",
        methods=["POST"],
        name="attempts.create",
    )
    app.add_route(
        attempts.update,
        "/student/study/<assignment_id:int>/answers",
        methods=["POST"],
        name="attempts.update",
    )
    app.add_route(
        attempts.finish, "/student/study/<assignment_id:int>/finish", methods=["POST"], name="attempts.finish"
    )


def _attach_road(app: Sanic) -> None:
    app.add_route(courses.show, "/course/<course:str>", name="courses.show")
    app.add_route(lessons.show, "/course/<course:str>/<lesson:str>", name="lessons.show")
    app.add_route(lessons.ask, "/course/<course:str>/<lesson:str>", methods=["POST"], name="lessons.ask")
    app.add_route(courses.asset, "/course/<course:str>/assets/<name:path>", name="courses.asset")
    app.add_route(
        checklists.update, "/material/<material_id:int>/checklist", methods=["POST"], name="checklists.update"
    )
    app.add_route(
        reflections.update,
        "/material/<material_id:int>/reflection",
        methods=["POST"],
        name="reflections.update",
    )
    app.add_route(
        rubrics.update, "/material/<material_id:int>/rubric", methods=["POST"], name="rubrics.update"
    )
    app.add_route(materials.show, "/material/<material_id:int>", name="materials.show")
    app.add_route(uploads.new, "/material/<material_id:int>/upload", name="uploads.new")
    app.add_route(
        uploads.create,
        "/material/<material_id:int>/upload",
        methods=["POST"],
        name="uploads.create",
        stream=True,
        ctx_csrf="in_stream",
    )


def _attach_answers(app: Sanic) -> None:
    app.add_route(chats.index, "/student/chats", name="chats.index")
    app.add_route(chats.create, "/student/chats", methods=["POST"], name="chats.create")
    app.add_route(chats.show, "/student/chats/<session_id:int>", name="chats.show")
    app.add_route(chats.send, "/student/chats/<session_id:int>/messages", methods=["POST"], name="chats.send")
    app.add_route(
        chats.rename, "/student/chats/<session_id:int>/title", methods=["POST"], name="chats.rename"
    )
    app.add_route(
        chats.archive, "/student/chats/<session_id:int>/archive", methods=["POST"], name="chats.archive"
    )
    app.add_route(helper.create, "/helper/chat", methods=["POST"], name="helper.create")
    app.add_route(
        helper.remove, "/helper/tickets/<ticket:str>/remove", methods=["POST"], name="helper.remove"
    )
    app.add_route(helper.health, "/helper/healthz", name="helper.health")
