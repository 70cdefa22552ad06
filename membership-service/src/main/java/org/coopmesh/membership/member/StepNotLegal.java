package org.coopmesh.membership.member;

/** The member's state does not offer this step. */
class StepNotLegal extends RuntimeException {
    StepNotLegal(Member member, String step) {
        super("a member who is %s cannot %s".formatted(Members.word(member.state()), step));
    }
}
