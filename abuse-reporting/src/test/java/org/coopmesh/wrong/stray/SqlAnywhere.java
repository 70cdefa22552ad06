package org.coopmesh.wrong.stray;

import org.springframework.jdbc.core.simple.JdbcClient;

/** SQL outside a repository. */
class SqlAnywhere {
    int one(JdbcClient db) {
        return db.sql("select 1").query(Integer.class).single();
    }
}
