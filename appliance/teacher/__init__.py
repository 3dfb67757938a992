"""The teachers' room: classes, their students and their work, and the lessons on the shelf."""

from sanic import Sanic

from appliance.teacher import (
    activities,
    announcements,
    assignment_groups,
    assignments,
    audit,
    blueprints,
    care,
    certificates,
    chats,
    class_terms,
    classes,
    co_teachers,
    copies,
    courses,
    documents,
    enrolment,
    exports,
    gallery,
    gradebook,
    groups,
    helper,
    helper_conversations,
    home,
    insights,
    invites,
    items,
    join_cards,
    join_codes,
    landing,
    lesson_tracker,
    live,
    locks,
    material_places,
    materials,
    media,
    media_places,
    merges,
    module_places,
    module_releases,
    modules,
    outcomes,
    previews,
    profile,
    programs,
    releases,
    resets,
    reviews,
    roster,
    roster_imports,
    saved_comments,
    students,
    submission_reviews,
    trials,
    tunings,
    written_reviews,
)


def attach(app: Sanic) -> None:
    app.add_route(home.index, "/teach", name="home.teacher")
    app.add_route(lesson_tracker.index, "/teach/lessons", name="lesson_tracker.index")
    app.add_route(classes.new, "/teach/class/new", name="classes.new")
    app.add_route(classes.create, "/teach/class", methods=["POST"], name="classes.create")
    app.add_route(classes.show, "/teach/class/<class_id:int>", name="classes.show")
    app.add_route(locks.update, "/teach/class/<class_id:int>/lock", methods=["POST"], name="locks.update")
    app.add_route(
        join_codes.create, "/teach/class/<class_id:int>/join-code", methods=["POST"], name="join_codes.create"
    )
    _attach_terms(app)
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
    _attach_tuning(app)
    remembered = "/teach/class/<class_id:int>/helper/conversations"
    app.add_route(helper_conversations.show, remembered, name="helper_conversations.show")
    app.add_route(
        helper_conversations.remove, remembered, methods=["POST"], name="helper_conversations.remove"
    )
    _attach_people(app)
    _attach_reviews(app)
    _attach_programs(app)
    _attach_profile(app)
    _attach_outcomes(app)
    _attach_road(app)
    _attach_live(app)
    _attach_media(app)
    _attach_documents(app)
    _attach_study(app)
    app.add_route(insights.show, "/teach/class/<class_id:int>/insights", name="insights.show")
    app.add_route(
        insights.make_brief,
        "/teach/class/<class_id:int>/insights/brief",
        methods=["POST"],
        name="insights.make_brief",
    )
    app.add_route(helper.show, "/teach/class/<class_id:int>/helper", name="teacher_helper.show")
    app.add_route(
        helper.export, "/teach/class/<class_id:int>/helper/questions.csv", name="teacher_helper.export"
    )
    app.add_route(chats.index, "/teach/class/<class_id:int>/chats", name="teacher_chats.index")
    app.add_route(chats.show, "/teach/class/<class_id:int>/chats/<session_id:int>", name="teacher_chats.show")


def _attach_tuning(app: Sanic) -> None:
    of_class = "/teach/class/<class_id:int>/helper/tuning"
    for name, path in (
        ("class_tuning", of_class),
        ("lesson_tuning", f"{of_class}/<course:str>/<lesson:str>"),
    ):
        app.add_route(tunings.edit, path, name=f"{name}.edit")
        app.add_route(tunings.update, path, methods=["POST"], name=f"{name}.update")
        app.add_route(trials.create, f"{path}/try", methods=["POST"], name=f"{name}.try")


def _attach_programs(app: Sanic) -> None:
    app.add_route(programs.show_classes, "/api/v1/teacher/classes", name="teacher_programs.classes")
    of_class = "/api/v1/teacher/class/<class_id:int>"
    app.add_route(programs.show_roster, f"{of_class}/roster", name="teacher_programs.roster")
    app.add_route(programs.show_submissions, f"{of_class}/submissions", name="teacher_programs.submissions")
    for name, handler in (
        ("toggle-lock", programs.toggle_lock),
        ("rotate-code", programs.rotate_code),
        ("set-enrollment-mode", programs.update_enrollment_mode),
    ):
        app.add_route(handler, f"{of_class}/{name}", methods=["POST"], name=f"teacher_programs.{name}")


def _attach_reviews(app: Sanic) -> None:
    queue = "/teach/class/<class_id:int>/review"
    app.add_route(submission_reviews.index, queue, name="submission_reviews.index")
    piece = f"{queue}/<submission_id:int>"
    app.add_route(submission_reviews.show, piece, name="submission_reviews.show")
    app.add_route(submission_reviews.update, piece, methods=["POST"], name="submission_reviews.update")
    app.add_route(previews.show, f"{piece}/file", name="previews.show")
    app.add_route(previews.page, f"{piece}/pages/<number:int>", name="previews.page")
    written = f"{queue}/written"
    app.add_route(written_reviews.index, written, name="written_reviews.index")
    response = f"{written}/<material_id:int>/<student_id:int>"
    app.add_route(written_reviews.show, response, name="written_reviews.show")
    app.add_route(written_reviews.update, response, methods=["POST"], name="written_reviews.update")
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
    app.add_route(
        saved_comments.update,
        "/teach/comments/<comment_id:int>",
        methods=["POST"],
        name="saved_comments.update",
    )


def _attach_terms(app: Sanic) -> None:
    term = "/teach/class/<class_id:int>/term"
    app.add_route(class_terms.edit, term, name="class_terms.edit")
    app.add_route(class_terms.update, term, methods=["POST"], name="class_terms.update")
    app.add_route(class_terms.end, f"{term}/end", methods=["POST"], name="class_terms.end")
    app.add_route(
        class_terms.bring_back, f"{term}/bring-back", methods=["POST"], name="class_terms.bring_back"
    )
    app.add_route(class_terms.remove, f"{term}/remove", methods=["POST"], name="class_terms.remove")


def _attach_profile(app: Sanic) -> None:
    of_person = "/teach/profile"
    app.add_route(profile.show, of_person, name="profile.show")
    app.add_route(profile.update, of_person, methods=["POST"], name="profile.update")
    for handler, last in (
        (profile.change_password, "password"),
        (profile.make_recovery_codes, "recovery-codes"),
        (profile.end_other_sessions, "sessions"),
        (profile.make_token, "tokens"),
        (profile.end_token, "tokens/end"),
    ):
        app.add_route(handler, f"{of_person}/{last}", methods=["POST"], name=f"profile.{handler.__name__}")


def _attach_outcomes(app: Sanic) -> None:
    of_class = "/teach/class/<class_id:int>"
    app.add_route(outcomes.index, f"{of_class}/outcomes", name="outcomes.index")
    app.add_route(outcomes.create, f"{of_class}/outcomes", methods=["POST"], name="outcomes.create")
    app.add_route(outcomes.update, f"{of_class}/outcomes/wanted", methods=["POST"], name="outcomes.update")
    one = f"{of_class}/student/<student_id:int>/certificate"
    app.add_route(certificates.create, one, methods=["POST"], name="certificates.create")
    app.add_route(certificates.remove, f"{one}/remove", methods=["POST"], name="certificates.remove")
    taken = f"{of_class}/exports"
    app.add_route(exports.day, f"{taken}/today.zip", name="exports.day")
    app.add_route(exports.material, f"{taken}/material/<material_id:int>/latest.zip", name="exports.material")
    app.add_route(exports.summary, f"{taken}/summary.csv", name="exports.summary")
    app.add_route(outcomes.export, f"{taken}/outcomes.csv", name="outcomes.export")


def _attach_people(app: Sanic) -> None:
    of_class = "/teach/class/<class_id:int>"
    app.add_route(audit.index, f"{of_class}/audit", name="audit.index")
    app.add_route(groups.index, f"{of_class}/groups", name="groups.index")
    app.add_route(groups.create, f"{of_class}/groups", methods=["POST"], name="groups.create")
    one = f"{of_class}/groups/<group_id:int>"
    app.add_route(groups.update, one, methods=["POST"], name="groups.update")
    app.add_route(groups.remove, f"{one}/remove", methods=["POST"], name="groups.remove")
    app.add_route(
        groups.restore, f"{of_class}/removed-groups/<removed_id:int>", methods=["POST"], name="groups.restore"
    )
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


def _attach_live(app: Sanic) -> None:
    room = "/teach/class/<class_id:int>/live"
    app.add_route(live.show, room, name="live.show")
    app.add_route(live.events, f"{room}/events", name="live.events")
    app.add_route(live.lower, f"{room}/hands", methods=["POST"], name="live.lower")


def _attach_media(app: Sanic) -> None:
    all_of_it, one = "/teach/class/<class_id:int>/media", "/teach/class/<class_id:int>/media/<media_id:int>"
    app.add_route(media.index, all_of_it, name="media.index")
    app.add_route(
        media.create, all_of_it, methods=["POST"], name="media.create", stream=True, ctx_csrf="in_stream"
    )
    app.add_route(media.create_link, f"{all_of_it}/links", methods=["POST"], name="media.create_link")
    app.add_route(media.show, one, name="media.show")
    app.add_route(media.update, one, methods=["POST"], name="media.update")
    app.add_route(
        media.create_captions_of,
        f"{one}/captions",
        methods=["POST"],
        name="media.create_captions_of",
        stream=True,
        ctx_csrf="in_stream",
    )
    app.add_route(media_places.move, f"{one}/move", methods=["POST"], name="media_places.move")
    app.add_route(media_places.show, f"{one}/show", methods=["POST"], name="media_places.show")
    app.add_route(media_places.remove, f"{one}/remove", methods=["POST"], name="media_places.remove")
    app.add_route(media_places.restore, f"{one}/restore", methods=["POST"], name="media_places.restore")


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
    app.add_route(activities.restore, f"{one}/restore", methods=["POST"], name="activities.restore")
    app.add_route(items.create, f"{one}/items", methods=["POST"], name="items.create")
    app.add_route(items.update, f"{one}/items/<item_id:int>", methods=["POST"], name="items.update")
    app.add_route(items.remove, f"{one}/items/<item_id:int>/remove", methods=["POST"], name="items.remove")
    app.add_route(
        items.restore, f"{one}/removed-items/<removed_id:int>", methods=["POST"], name="items.restore"
    )
    app.add_route(assignments.create, f"{one}/assign", methods=["POST"], name="assignments.create")
    given = f"{of_class}/assignments/<assignment_id:int>"
    app.add_route(assignments.show, given, name="assignments.show")
    app.add_route(assignments.update, f"{given}/due", methods=["POST"], name="assignments.update")
    app.add_route(
        assignment_groups.update, f"{given}/groups", methods=["POST"], name="assignment_groups.update"
    )
    app.add_route(reviews.show, f"{given}/student/<student_id:int>", name="reviews.show")
    app.add_route(
        reviews.update, f"{given}/student/<student_id:int>", methods=["POST"], name="reviews.update"
    )


def _attach_road(app: Sanic) -> None:
    """Modules and materials, when they are open, who has done them, and copies of all that."""
    of_class = "/teach/class/<class_id:int>"
    app.add_route(lesson_tracker.show, f"{of_class}/lessons", name="lesson_tracker.show")
    app.add_route(landing.edit, f"{of_class}/landing", name="landing.edit")
    app.add_route(landing.update, f"{of_class}/landing", methods=["POST"], name="landing.update")
    app.add_route(copies.new_class, f"{of_class}/copy", name="class_copies.new")
    app.add_route(copies.create_class, f"{of_class}/copy", methods=["POST"], name="class_copies.create")
    app.add_route(modules.index, f"{of_class}/modules", name="modules.index")
    app.add_route(modules.create, f"{of_class}/modules", methods=["POST"], name="modules.create")
    module = f"{of_class}/modules/<module_id:int>"
    app.add_route(modules.show, module, name="modules.show")
    app.add_route(materials.new, f"{module}/materials/new", name="teacher_materials.new")
    for handler, path, name in (
        (modules.update, module, "modules.update"),
        (module_places.move, f"{module}/move", "module_places.move"),
        (module_places.hide, f"{module}/hide", "module_places.hide"),
        (module_places.remove, f"{module}/remove", "module_places.remove"),
        (module_places.restore, f"{module}/restore", "module_places.restore"),
        (module_releases.update, f"{module}/release", "module_releases.update"),
        (copies.create_module, f"{module}/duplicate", "module_copies.create"),
        (copies.create_in_class, f"{module}/copy", "module_copies.create_in_class"),
        (materials.create, f"{module}/materials", "teacher_materials.create"),
    ):
        app.add_route(handler, path, methods=["POST"], name=name)
    material = f"{of_class}/materials/<material_id:int>"
    app.add_route(materials.show, material, name="teacher_materials.show")
    app.add_route(materials.edit, f"{material}/edit", name="teacher_materials.edit")
    for change, path, name in (
        (materials.update, material, "teacher_materials.update"),
        (material_places.move, f"{material}/move", "material_places.move"),
        (material_places.hide, f"{material}/hide", "material_places.hide"),
        (material_places.remove, f"{material}/remove", "material_places.remove"),
        (material_places.restore, f"{material}/restore", "material_places.restore"),
        (copies.create_material, f"{material}/duplicate", "material_copies.create"),
    ):
        app.add_route(change, path, methods=["POST"], name=name)
