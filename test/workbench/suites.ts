import './diagnose.test';
