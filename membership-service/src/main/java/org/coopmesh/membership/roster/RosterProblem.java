package org.coopmesh.membership.roster;

/**
 * What cannot be taken from a file.
 *
 * @param at where: the line of a CSV, {@code installs[3]}, or empty for the file as a whole
 * @param field the column or key; empty where it is the line as a whole
 * @param rule what clients switch on
 */
record RosterProblem(String at, String field, String rule, String message) {}
