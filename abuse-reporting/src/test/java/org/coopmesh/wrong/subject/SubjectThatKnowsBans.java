package org.coopmesh.wrong.subject;

import org.coopmesh.wrong.ban.BanThatKnowsSubjects;

/** Imports what stands to its right, and closes a circle with it. */
public record SubjectThatKnowsBans(BanThatKnowsSubjects ban) {}
