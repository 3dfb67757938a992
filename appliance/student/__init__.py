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
    gallery,
    helper,
    home,
    lessons,
    materials,
    media,
    my_data,
    names,
    partial_uploads,
    portfolio,
    presence,
    programs,
    readings,
    reflections,
    rubrics,
    study,
    submissions,
    thumbs,
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
    app.add_route(presence.create, "/student/live", methods=["POST"], name="presence.create")
    app.add_route(feedback.index, "/student/feedback", name="feedback.index")
    app.add_route(my_data.show, "/student/my-data", name="my_data.show")
    app.add_route(portfolio.show, "/student/portfolio", name="portfolio.show")
    app.add_route(my_data.return_code, "/student/return-code", name="my_data.return_code")
    app.add_route(names.edit, "/student/name", name="student_names.edit")
    app.add_route(names.update, "/student/name", methods=["POST"], name="student_names.update")
    app.add_route(my_data.remove_work, "/student/delete-work", methods=["POST"], name="my_data.remove_work")
    app.add_route(my_data.remove, "/student/delete-me", methods=["POST"], name="my_data.remove")
    app.add_route(my_data.end_session, "/student/end-session", methods=["POST"], name="my_data.end_session")
    app.add_route(media.show, "/lesson-media/<media_id:int>", name="lesson_media.show")
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
    app.add_route(
        readings.update, "/material/<material_id:int>/reading", methods=["POST"], name="readings.update"
    )
    app.add_route(materials.show, "/material/<material_id:int>", name="materials.show")
    app.add_route(materials.scope, "/material/<material_id:int>/helper", name="materials.scope")
    app.add_route(materials.ask, "/material/<material_id:int>/helper", methods=["POST"], name="materials.ask")
    _attach_hand_in(app)


def _attach_hand_in(app: Sanic) -> None:
    app.add_route(uploads.new, "/material/<material_id:int>/upload", name="uploads.new")
    app.add_route(
        uploads.create,
        "/material/<material_id:int>/upload",
        methods=["POST"],
        name="uploads.create",
        stream=True,
        ctx_csrf="in_stream",
    )
    app.add_route(submissions.show, "/submission/<submission_id:int>/download", name="submissions.show")
    app.add_route(
        submissions.thumbnail, "/submission/<submission_id:int>/thumbnail", name="submissions.thumbnail"
    )
    begun = "/material/<material_id:int>/uploads"
    one = f"{begun}/<upload_id:str>"
    app.add_route(partial_uploads.create, begun, methods=["POST"], name="partial_uploads.create")
    app.add_route(partial_uploads.show, one, name="partial_uploads.show")
    app.add_route(
        partial_uploads.update,
        one,
        methods=["PUT"],
        name="partial_uploads.update",
        stream=True,
        ctx_csrf="in_stream",
    )
    app.add_route(partial_uploads.finish, f"{one}/finish", methods=["POST"], name="partial_uploads.finish")
    app.add_route(partial_uploads.remove, f"{one}/cancel", methods=["POST"], name="partial_uploads.remove")
    app.add_route(gallery.show, "/material/<material_id:int>/gallery", name="student_gallery.show")
    app.add_route(
        gallery.update,
        "/submission/<submission_id:int>/share",
        methods=["POST"],
        name="student_gallery.update",
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
    app.add_route(thumbs.update, "/helper/thumbs", methods=["POST"], name="thumbs.update")
    app.add_route(helper.scope, "/helper/scope/<course:str>/<lesson:str>", name="helper.scope")
    app.add_route(helper.health, "/helper/healthz", name="helper.health")
